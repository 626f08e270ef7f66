// What containerd does for Kubernetes, asked as the kubelet asks it: a pod and a container in it for each place where a CDI device
// may be named, and what `whoami` says there.
//
//     node cri.js SOCKET CONTROL-GROUP IMAGE
//
// Messages are encoded by hand: few of their fields are needed (k8s.io/cri-api, pkg/apis/runtime/v1/api.proto, whose numbers these
// are).
'use strict';
const path = require('path');
const grpc = require(path.resolve('build/npm-grpc/node_modules/@grpc/grpc-js'));

const [socket, group, image] = process.argv.slice(2);
const client = new grpc.Client(`unix://${socket}`, grpc.credentials.createInsecure());
const device = 'qlshim.org/shim=all';
const annotations = { 'cdi.k8s.io/qlshim': device };

const number = value => (value < 128 ? [value] : [(value & 127) | 128, ...number(Math.floor(value / 128))]);
const field = (id, value) => {
  if (typeof value === 'number') return Buffer.from([...number(id << 3), ...number(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([...number((id << 3) | 2), ...number(bytes.length)]), bytes]);
};
const message = (...fields) => Buffer.concat(fields);
const map = (id, entries) => message(...Object.entries(entries).map(([key, value]) => field(id, message(field(1, key), field(2, value)))));

// The fields of an answer, a text or a number each.
function fields(bytes) {
  const found = {};
  let at = 0;
  const next = () => {
    let value = 0, unit = 1, byte;
    do {
      byte = bytes[at++];
      value += (byte & 127) * unit;
      unit *= 128;
    } while (byte > 127);
    return value;
  };
  while (at < bytes.length) {
    const tag = next(), value = next();
    found[tag >> 3] = (tag & 7) === 2 ? bytes.toString('utf8', at, (at += value)) : value;
  }
  return found;
}

const ask = (method, ...request) => new Promise((resolve, reject) => {
  const same = bytes => bytes;
  client.makeUnaryRequest(`/runtime.v1.RuntimeService/${method}`, same, same, message(...request),
    (error, answer) => (error ? reject(error) : resolve(fields(answer))));
});

async function tryOne(name, podAnnotations, containerAnnotations, devices) {
  // The machine's network and IPC, so that no network has to be set up.
  const namespaces = message(field(1, 2), field(2, 1), field(3, 2));
  const user = message(field(1, 12345));
  const pod = message(field(1, message(field(1, name), field(2, name), field(3, 'default'))), map(7, podAnnotations),
    field(8, message(field(1, group), field(2, message(field(1, namespaces))))));
  const { 1: sandbox } = await ask('RunPodSandbox', field(1, pod));
  const config = message(field(1, message(field(1, 'c'))), field(2, message(field(1, image))), field(3, 'sleep'), field(4, '100'),
    map(10, containerAnnotations),
    field(15, message(field(2, message(field(3, namespaces), field(5, user), field(12, user))))),
    ...devices.map(item => field(17, message(field(1, item)))));
  const { 1: container } = await ask('CreateContainer', field(1, sandbox), field(2, config), field(3, pod));
  await ask('StartContainer', field(1, container));
  const { 1: output = '', 2: errors = '' } = await ask('ExecSync', field(1, container), field(2, 'whoami'), field(3, 20));
  console.log(`${name}: ${(output || errors).trim()}`);
  await ask('StopPodSandbox', field(1, sandbox));
  await ask('RemovePodSandbox', field(1, sandbox));
}

(async () => {
  await tryOne('nowhere', {}, {}, []);
  await tryOne('pod', annotations, {}, []);
  await tryOne('container', {}, annotations, []);
  await tryOne('devices', {}, {}, [device]);
  client.close();
})().catch(error => {
  console.log(error.message);
  process.exit(1);
});
