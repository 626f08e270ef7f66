#!/bin/bash
# Stands in for Qinglong's: the same steps in the same order, as far as sockets, names and cron go.
mkdir -p /ql/.tmp /ql/data/config
echo '* * * * * id >/ql/data/fired' >/ql/data/config/crontab.list
pm2 l
pm2 startOrGracefulReload ecosystem.config.js --update-env
cron -f
