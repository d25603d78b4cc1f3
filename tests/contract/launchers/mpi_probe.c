/* Says when it began and when MPI was ready, and that ranks can talk: a small
 * and a large message each way. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char** argv) {
  const double begun = now();
  MPI_Init(&argc, &argv);
  const double ready = now();
  int rank = 0, size = 0, sum = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  const int count = 1 << 20;
  double* mine = calloc((size_t)count, sizeof(double));
  double* total = calloc((size_t)count, sizeof(double));
  for (int i = 0; i < count; ++i) mine[i] = rank + 1;
  MPI_Allreduce(mine, total, count, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  if (rank == 0)
    printf("begun %.6f ready %.6f size %d sum %d total %.0f\n", begun, ready,
           size, sum, total[count - 1]);
  free(mine);
  free(total);
  MPI_Finalize();
  return 0;
}
