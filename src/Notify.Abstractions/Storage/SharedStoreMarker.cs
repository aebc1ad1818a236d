using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A marker for stores that several processes can use at the same time. Such a store registers it as a service, so that features
/// that require a shared store can check for one at start. Stores in the memory of a process or in a local file do not register
/// it.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed class SharedStoreMarker;
