namespace Notify.Storage;

/// <summary>
/// Keeps tokens that one node makes and all nodes use, for vendors that count how often a token changes. What is kept should be
/// sealed by who makes it: whoever reads the store must not be able to use it.
/// </summary>
public interface ISharedTokenStore
{
    /// <summary>The token of this name, or null when none was kept.</summary>
    ValueTask<SharedToken?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps a token unless another node was faster, and answers the one that is kept now: the offered one where none was kept,
    /// or where the kept one was issued at <paramref name="stale"/> or before; else the kept one.
    /// </summary>
    /// <param name="name">What it is for. At most 256 characters.</param>
    /// <param name="offered">The token to keep.</param>
    /// <param name="stale">A token that was issued at this time or before gives way.</param>
    /// <param name="cancellationToken">Cancels the offer.</param>
    ValueTask<SharedToken> OfferAsync(
        string name,
        SharedToken offered,
        DateTimeOffset stale,
        CancellationToken cancellationToken
    );
}

/// <summary>A token that nodes share.</summary>
/// <param name="Value">The token, sealed.</param>
/// <param name="IssuedAt">When it was made, to the millisecond.</param>
public sealed record SharedToken(ReadOnlyMemory<byte> Value, DateTimeOffset IssuedAt)
{
    /// <summary>When it was made; never the token.</summary>
    public override string ToString() => $"issued at {IssuedAt:O}";
}
