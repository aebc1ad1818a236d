using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A service that keeps copies of messages outside the store, such as the sandbox. It is called in each process whose
/// <see cref="Workers"/> include <see cref="Workers.Retention"/>, whenever the store has erased the data of removed users.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IErasureHandler
{
    /// <summary>
    /// Erases the copies of messages to removed users. It is called at least twice for an erasure, so it must be repeatable.
    /// </summary>
    /// <param name="erasures">The erasures, at most one for each user.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask EraseAsync(IReadOnlyList<Erasure> erasures, CancellationToken cancellationToken);
}
