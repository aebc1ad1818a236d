using Notify.Providers;

namespace Notify.Hosting.Tests;

/// <summary>
/// An application that the tests of a class share. They read, are refused, or write what the other tests do not look at.
/// </summary>
public sealed class SharedApplication : IAsyncLifetime
{
    private readonly CountingQueue _store = new();

    public ApiApplication App { get; private set; } = null!;

    /// <summary>How many notifications were stored.</summary>
    public int Enqueued => _store.Enqueued;

    public async ValueTask InitializeAsync() => App = await ApiApplication.StartAsync(services: _store.Watch);

    public ValueTask DisposeAsync() => App.DisposeAsync();
}

/// <summary>Like <see cref="SharedApplication"/>, over SQLite, with a subscriber of "news" and three dead letters.</summary>
public sealed class SharedApplicationOnSqlite : IAsyncLifetime
{
    public ApiApplication App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        App = await ApiApplication.StartOnSqliteAsync(
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Rejected("550 no such mailbox"))
        );
        await App.CallAsync("POST", "/v1/topics/news/subscribers", """{"users":["ada"]}""");
        await App.WhenAsync(
            await App.AcceptAsync(
                """
                {"to":[{"email":"a@example.org"},{"email":"b@example.org"},{"email":"c@example.org"}],"content":{"body":"x"}}
                """
            ),
            "deadLetter",
            3
        );
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
