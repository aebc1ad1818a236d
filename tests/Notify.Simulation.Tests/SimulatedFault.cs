namespace Notify.Simulation.Tests;

/// <summary>A store, a transport or a vendor failed, as networks do: before it did anything, or after it did it all.</summary>
internal sealed class SimulatedFault(string operation) : Exception($"{operation} failed.");
