// Where this machine's files are: { library, command }, absolute paths. What is preloaded must be of the
// architecture of the programs, which is taken to be node's.
'use strict';
const fs = require('fs');
const path = require('path');

const folders = {
  x64: 'amd64', arm64: 'arm64', ppc64: 'ppc64le', s390x: 's390x', riscv64: 'riscv64', ia32: '386', arm: 'armv6',
};

const folder = path.join(__dirname, folders[process.arch] || process.arch);
if (!fs.existsSync(path.join(folder, 'libqlshim.so'))) {
  throw new Error(`qlshim has no files for ${process.platform} on ${process.arch}`);
}

exports.library = path.join(folder, 'libqlshim.so');
exports.command = path.join(folder, 'qlshim');
