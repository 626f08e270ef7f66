#!/bin/bash
# Stands in for Qinglong's: the same steps in the same order, as far as files, sockets, names and cron go.
set -e
for folder in .tmp static data data/config data/log/update data/scripts data/repo; do
    [ -d /ql/$folder ] || mkdir -p /ql/$folder
done
chown -R "$(id -u):$(id -g)" /ql/.tmp
[ -s /ql/data/config/config.sh ] || cp -f /ql/shell/task.sh /ql/data/config/config.sh
echo '* * * * * bash /ql/shell/task.sh' >/ql/data/config/crontab.list
cd /ql
pm2 l
pm2 startOrGracefulReload ecosystem.config.js --update-env
if [ "$SCHEDULER" = node ]; then exec tail -f /dev/null; fi
cron -f
