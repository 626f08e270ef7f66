title="node: os.userInfo()"
bare=("uv_os_get_passwd returned")
shimmed=("^u$uid, at home in /")
try() {
    user node -p 'os.userInfo().username + ", at home in " + os.userInfo().homedir'
}
