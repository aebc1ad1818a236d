using DotNetCore.CAP;
using DotNetCore.CAP.Transport;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Notify.Peers.Cap;

/// <summary>
/// CAP on PostgreSQL with a broker in this process, so that what is measured is CAP and its database. Its settings for
/// throughput: published messages are sent, and received ones handled, in parallel.
/// </summary>
internal sealed class CapPeer(string connectionString) : IPeer, ICapOptionsExtension
{
    private const int Handlers = 16;

    private readonly PeerDatabase _database = new(connectionString);
    private IHost? _host;
    private ICapPublisher? _publisher;

    public async Task StartAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLogging();
        builder.Services.AddTransient<EmailSubscriber>();
        builder.Services.AddCap(options =>
        {
            options.UsePostgreSql(connectionString);
            options.RegisterExtension(this);
            options.EnablePublishParallelSend = true;
            options.EnableSubscriberParallelExecute = true;
            options.SubscriberParallelExecuteThreadCount = Handlers;
            options.SubscriberParallelExecuteBufferFactor = 64;
            options.ConsumerThreadCount = Handlers;
        });
        _host = builder.Build();
        await _host.StartAsync();
        _publisher = _host.Services.GetRequiredService<ICapPublisher>();
        await _host.Services.GetRequiredService<MemoryBroker>().Listening;
    }

    public async ValueTask EnqueueAsync(Email email) => await _publisher!.PublishAsync(EmailSubscriber.Topic, email);

    // Only the rows of received messages count: CAP now and then leaves a row of a published message as scheduled although it was
    // handled, and sends it again minutes later.
    public Task<long> CountSettledAsync() =>
        _database.CountAsync("""SELECT count(*) FROM cap.received WHERE "StatusName" = 'Succeeded'""");

    void ICapOptionsExtension.AddServices(IServiceCollection services)
    {
        services.AddSingleton(new CapMessageQueueMakerService("memory"));
        services.TryAddSingleton<MemoryBroker>();
        services.AddSingleton<ITransport>(provider => provider.GetRequiredService<MemoryBroker>());
        services.AddSingleton<IConsumerClientFactory>(provider => provider.GetRequiredService<MemoryBroker>());
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.StopAsync();
        _host?.Dispose();
        await _database.DisposeAsync();
    }
}
