namespace Notify.Load.Wire;

/// <summary>Receives messages in place of a vendor, and gives the same answer to all of them.</summary>
internal interface ISink : IAsyncDisposable
{
    /// <summary>The port on the loopback address.</summary>
    int Port { get; }

    /// <summary>The messages received so far.</summary>
    Taken Taken { get; }
}

/// <summary>Counts of the messages that a sink has received.</summary>
/// <param name="Messages">The number of messages.</param>
/// <param name="Bytes">The total size of their bodies in bytes.</param>
internal readonly record struct Taken(long Messages, long Bytes)
{
    public static Taken operator -(Taken later, Taken earlier) =>
        new(later.Messages - earlier.Messages, later.Bytes - earlier.Bytes);
}
