namespace Notify.Peers;

/// <summary>A library that keeps messages in PostgreSQL until they are handled.</summary>
internal interface IPeer : IAsyncDisposable
{
    Task StartAsync();

    /// <summary>Enqueues a message. It is durable when the task ends.</summary>
    ValueTask EnqueueAsync(Email email);

    /// <summary>Counts the messages that the database records as handled.</summary>
    Task<long> CountSettledAsync();
}
