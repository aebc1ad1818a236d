namespace Notify.Storage;

/// <summary>
/// A marker that is registered by stores that several processes can use at the same time. Features that require such a store
/// check for it at start and report if it is missing. Stores in the memory of a process or in a local file do not register it.
/// </summary>
public sealed class SharedStoreMarker;
