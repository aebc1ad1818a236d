namespace Notify.Load.Wire;

/// <summary>Takes messages in a vendor's stead and answers all of them alike.</summary>
internal interface ISink : IAsyncDisposable
{
    /// <summary>The port of the loopback address.</summary>
    int Port { get; }

    /// <summary>What it was given so far.</summary>
    Taken Taken { get; }
}

/// <summary>What a sink was given.</summary>
/// <param name="Messages">How many messages.</param>
/// <param name="Bytes">The bytes of their bodies.</param>
internal readonly record struct Taken(long Messages, long Bytes)
{
    public static Taken operator -(Taken later, Taken earlier) =>
        new(later.Messages - earlier.Messages, later.Bytes - earlier.Bytes);
}
