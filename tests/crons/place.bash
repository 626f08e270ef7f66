# Where the crons are that tests/crons/prepare brings: one folder for all checkouts of this machine.

CRONS=${QLSHIM_CRONS:-/var/cache/qlshim-crons}
MIRROR=http://deb.debian.org/debian
