// libtorch uses all cores by itself, and the count of live tensors is the process's.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
