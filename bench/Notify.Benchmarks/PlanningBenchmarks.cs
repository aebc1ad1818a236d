using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Notify.Core.Triggers;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Benchmarks;

/// <summary>From a valid trigger to what is to be stored, over the in-memory store.</summary>
public class PlanningBenchmarks
{
    private readonly ContentVariant[] _contents = [new ContentVariant(null, null, SampleDelivery.Content)];
    private readonly Trigger _toAddress = new() { To = Recipient.Email("ada@example.org"), Content = SampleDelivery.Content };
    private readonly Trigger _toUser = new() { To = Recipient.User("u-42"), Content = SampleDelivery.Content };
    private ServiceProvider _services = null!;
    private NotificationFactory _factory = null!;

    [GlobalSetup]
    public async Task FillStoreAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddNotifications().UseInMemory();
        services.AddSingleton<IDeliveryProvider>(new NoProvider("mail", Channel.Email));
        services.AddSingleton<IDeliveryProvider>(new NoProvider("push", Channel.Push));
        _services = services.BuildServiceProvider();
        _factory = _services.GetRequiredService<NotificationFactory>();

        var recipients = _services.GetRequiredService<IRecipients>();
        await recipients.SaveUserAsync(
            new User
            {
                Id = "u-42",
                Addresses = new Dictionary<string, string> { [Channel.Email.AddressName] = "ada@example.org" },
            }
        );
        for (var i = 0; i < 3; i++)
            await recipients.RegisterDeviceAsync(
                new Device
                {
                    Id = $"d-{i}",
                    UserId = "u-42",
                    Platform = Platform.Android,
                    Token = $"token-{i}",
                }
            );
    }

    [GlobalCleanup]
    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Benchmark]
    public async ValueTask<EnqueueRequest> OneAddress() =>
        (await _factory.CreateAsync(_toAddress, _toAddress, new(_contents, null), CancellationToken.None)).Request;

    [Benchmark]
    public async ValueTask<EnqueueRequest> UserWithMailAndThreeDevices() =>
        (await _factory.CreateAsync(_toUser, _toUser, new(_contents, null), CancellationToken.None)).Request;

    private sealed class NoProvider(string name, Channel channel) : IDeliveryProvider
    {
        public string Name => name;

        public Channel Channel => channel;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) => new(Outcome.Sent());
    }
}
