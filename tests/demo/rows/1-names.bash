title="whoami and id"
bare=("cannot find name for user ID")
shimmed=("^u$uid$" "^uid=")
try() {
    user whoami
    user id
}
