title="python: pwd.getpwuid()"
bare=("uid not found")
shimmed=("pw_name='u$uid'.*pw_dir=")
try() {
    user /usr/bin/python3 -c 'import os, pwd; print(pwd.getpwuid(os.getuid()))'
}
