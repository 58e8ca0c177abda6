/* A shared library without a router. */
int answer(void);
int answer(void) {
  return 42;
}
