using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http.Resilience;
using Notify.Client.Outbox;

namespace Notify.Client.Tests.Outbox;

/// <summary>A process of an application with an outbox.</summary>
internal sealed class Shop : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly ShopDatabase _database;

    private Shop(IHost host, ShopDatabase database) => (_host, _database) = (host, database);

    /// <summary>Gets the network between the application and the service.</summary>
    public Network Network { get; } = new();

    public INotifier Notifier => _host.Services.GetRequiredService<INotifier>();

    public IClientOutbox Outbox => _host.Services.GetRequiredService<IClientOutbox>();

    public static async Task<Shop> StartAsync(
        Service service,
        ShopDatabase database,
        Action<ClientOutboxOptions>? configure = null,
        Action<Network>? prepare = null
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        Shop? shop = null;
        var http = builder.Services.AddNotifyClient(service.Address.AbsoluteUri, Service.Key);
        builder.Services.AddNotifyClientOutbox(
            database.Dialect,
            _ => database.Source,
            options =>
            {
                (options.RetryDelay, options.MaxRetryDelay) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(100));
                configure?.Invoke(options);
            }
        );
        http.AddHttpMessageHandler(() => shop!.Network.CreateHandler());
        builder.Services.ConfigureAll<HttpStandardResilienceOptions>(options =>
        {
            options.Retry.Delay = TimeSpan.FromMilliseconds(1);
            options.CircuitBreaker.MinimumThroughput = 1_000_000;
        });
        shop = new Shop(builder.Build(), database);
        prepare?.Invoke(shop.Network);
        await shop._host.StartAsync();
        return shop;
    }

    /// <summary>Stores an order and a trigger in one transaction.</summary>
    public async Task OrderAsync(int number, bool commit = true, Trigger? trigger = null)
    {
        await using var connection = await _database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"INSERT INTO shop_order VALUES ({number})";
        await command.ExecuteNonQueryAsync();
        var result = await Notifier.TriggerAsync(trigger ?? Create(number), transaction);
        Assert.Equal((Guid.Empty, false), (result.Id, result.IsDuplicate));
        if (commit)
            await transaction.CommitAsync();
        else
            await transaction.RollbackAsync();
    }

    public static Trigger Create(int number) =>
        new()
        {
            To = Recipient.Email("ada@example.org"),
            Content = new Content { Title = $"Order {number}", Body = "Grüße, 世界\n\"quoted\"" },
            Reference = $"order/{number}",
        };

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}

/// <summary>A network that can fail in every way.</summary>
internal sealed class Network
{
    /// <summary>
    /// Gets or sets how a request is answered, given the way to send it. Null sends it and returns its answer.
    /// </summary>
    public Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>>? Answer { get; set; }

    /// <summary>Gets the idempotency keys of the triggers that were sent, in order.</summary>
    public ConcurrentQueue<string> Keys { get; } = new();

    public int Requests { get; private set; }

    public static async Task<HttpResponseMessage> LoseAsync(Func<Task<HttpResponseMessage>> send)
    {
        (await send()).Dispose();
        throw new HttpRequestException("The connection was reset.");
    }

    public DelegatingHandler CreateHandler() => new Handler(this);

    private sealed class Handler(Network network) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            network.Requests++;
            var lines = (await request.Content!.ReadAsStringAsync(cancellationToken)).Split(
                '\n',
                StringSplitOptions.RemoveEmptyEntries
            );
            foreach (var line in lines)
                network.Keys.Enqueue(JsonElement.Parse(line).GetProperty("idempotencyKey").GetString()!);
            return network.Answer is { } answer
                ? await answer(request, () => base.SendAsync(request, cancellationToken))
                : await base.SendAsync(request, cancellationToken);
        }
    }
}
