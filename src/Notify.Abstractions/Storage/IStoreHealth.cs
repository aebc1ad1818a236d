using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A health check that determines whether a store accepts writes. A store registers one if it can be readable but not writable,
/// for example when its disk is full. The readiness check of the application uses it.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IStoreHealth
{
    /// <summary>Performs a write that changes no data.</summary>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="Exception">The store does not accept the write.</exception>
    ValueTask CheckAsync(CancellationToken cancellationToken);
}
