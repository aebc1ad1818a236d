namespace Notify.Storage;

/// <summary>
/// Keeps small values that one process makes and all processes use: tokens of vendors that limit how often a token changes, and
/// rotations of webhook secrets. A value that is secret must be sealed by the process that makes it, because others can read the
/// store.
/// </summary>
public interface ISharedTokenStore
{
    /// <summary>Gets the token of this name; null when there is none.</summary>
    ValueTask<SharedToken?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps a token unless another process was faster, and returns the one that is kept now: the offered one if there was none
    /// or the kept one was issued at <paramref name="stale"/> or before, otherwise the kept one.
    /// </summary>
    /// <param name="name">The name, at most 256 characters.</param>
    /// <param name="offered">The token to keep.</param>
    /// <param name="stale">A token that was issued at this time or before is replaced.</param>
    /// <param name="cancellationToken">Cancels the offer.</param>
    ValueTask<SharedToken> OfferAsync(
        string name,
        SharedToken offered,
        DateTimeOffset stale,
        CancellationToken cancellationToken
    );
}

/// <summary>A token that processes share.</summary>
/// <param name="Value">The token, sealed if it is secret.</param>
/// <param name="IssuedAt">When it was made, in milliseconds.</param>
public sealed record SharedToken(ReadOnlyMemory<byte> Value, DateTimeOffset IssuedAt)
{
    /// <summary>Returns when it was made; never the token.</summary>
    public override string ToString() => $"issued at {IssuedAt:O}";
}
