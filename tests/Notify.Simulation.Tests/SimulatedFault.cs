namespace Notify.Simulation.Tests;

/// <summary>A failure of a store, a transport or a vendor, before or after the call had its effect.</summary>
internal sealed class SimulatedFault(string operation) : Exception($"{operation} failed.");
