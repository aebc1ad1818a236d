namespace Notify.Hosting.Tests;

/// <summary>One application for the facts of a class that leave nothing in it which others would see.</summary>
public sealed class SharedApi : IAsyncLifetime
{
    public ApiApplication Application { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Application = await ApiApplication.StartAsync(options => options.MaxBodyBytes = 20_000_000);

    public ValueTask DisposeAsync() => Application.DisposeAsync();
}
