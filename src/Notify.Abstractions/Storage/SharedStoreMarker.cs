namespace Notify.Storage;

/// <summary>
/// Registered by a store that many processes can use at once, so that what needs such a store can say at start that it is
/// missing. A store in one process's memory or in a local file does not register it.
/// </summary>
public sealed class SharedStoreMarker;
