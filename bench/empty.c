/* A library with nothing in it: what any preloaded file costs, before it does anything. */
void empty(void);

void empty(void) {
}
