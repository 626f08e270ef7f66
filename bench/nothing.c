/* The program that execve(2) is timed with: static, so that no loader adds its own. */
int main(void) {
    return 0;
}
