using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.Cli.Tests;
using Notify.Hosting;
using Notify.TestSupport;

[assembly: AssemblyFixture(typeof(Service))]

namespace Notify.Cli.Tests;

/// <summary>A service on SQLite with the sandbox. Each test has a tenant of its own.</summary>
public sealed class Service : IAsyncLifetime
{
    public const string Key = "a-key-of-the-platform-team";

    private readonly TemporaryFolder _folder = new();
    private WebApplication _host = null!;

    public string Address => $"{_host.Urls.Single()}/notify";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .Services.AddNotifications(options =>
                (options.PollInterval, options.Templates.MaxRenderTime) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(1))
            )
            .UseSqlite($"Data Source={_folder.File("notify.db")};Pooling=False")
            .AddTestSandbox()
            .AddSandbox();
        builder.Services.Configure<NotificationsApiOptions>(options => options.ApiKeys.Add(Key));
        _host = builder.Build();
        _host.Urls.Add("http://127.0.0.1:0");
        _host.MapNotifications("/notify");
        await _host.StartAsync();
    }

    /// <summary>Returns a service of the host.</summary>
    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>Begins to use the tool for a new tenant.</summary>
    public ToolUser CreateUser() => new(Address, Key, $"tenant-{Guid.NewGuid():n}");

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }
}
