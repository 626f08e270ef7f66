#!/bin/bash
# `ql update`: the folders of the panel go, and those of the new version, which have been unpacked beside
# them, take their places.
set -e
rm -rf /ql/.tmp/*
tar -C /ql/.tmp -xf /ql/data/new.tar
rm -rf /ql/{back,cli,docker,sample,shell,src}
mv -f /ql/.tmp/* /ql/
cd /ql
pm2 startOrGracefulReload ecosystem.config.js --update-env
