using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A store of small values that one process creates and all processes use: tokens of vendors that limit how often a token may
/// change, rotations of webhook secrets, and answers to calls with an idempotency key. The creator must seal secret values,
/// because others can read the store.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface ISharedTokenStore
{
    /// <summary>Finds a token by its name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The shared token; null if it does not exist.</returns>
    ValueTask<SharedToken?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Stores a token unless another process has already stored a current one. The offered token is stored if there is no token,
    /// or if the existing one is stale.
    /// </summary>
    /// <param name="name">The name, at most 256 characters.</param>
    /// <param name="offered">The token to store.</param>
    /// <param name="stale">The time at or before which an issued token is considered stale and is replaced.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The token that is stored after the call.</returns>
    ValueTask<SharedToken> OfferAsync(
        string name,
        SharedToken offered,
        DateTimeOffset stale,
        CancellationToken cancellationToken
    );

    /// <summary>Deletes the tokens whose names have a prefix and that were issued before the specified time.</summary>
    /// <param name="prefix">The prefix of the names, in ASCII, not empty.</param>
    /// <param name="issuedBefore">The cutoff time. Tokens that were issued at or after this time are kept.</param>
    /// <param name="most">The maximum number of tokens to delete in one transaction.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of tokens that were deleted.</returns>
    ValueTask<int> PurgeAsync(string prefix, DateTimeOffset issuedBefore, int most, CancellationToken cancellationToken);
}

/// <summary>A token that processes share.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record SharedToken
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public SharedToken() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="value">The token, sealed if it is secret.</param>
    /// <param name="issuedAt">The time at which it was created, to the millisecond.</param>
    [SetsRequiredMembers]
    public SharedToken(ReadOnlyMemory<byte> value, DateTimeOffset issuedAt)
    {
        Value = value;
        IssuedAt = issuedAt;
    }

    /// <summary>Gets the token, sealed if it is secret.</summary>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>Gets the time at which it was created, to the millisecond.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>Returns the time at which the token was created; never the token.</summary>
    public override string ToString() => $"issued at {IssuedAt:O}";
}
