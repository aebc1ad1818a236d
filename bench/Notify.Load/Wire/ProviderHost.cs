using Notify.Providers;

namespace Notify.Load.Wire;

/// <summary>A provider, configured as in an application and connected to a sink.</summary>
internal sealed class ProviderHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IDeliveryProvider _provider;
    private readonly CancellationTokenSource _stopping = new();

    /// <param name="compose">Adds the provider.</param>
    public ProviderHost(Action<INotificationsBuilder> compose)
    {
        var services = new ServiceCollection().AddLogging();
        compose(services.AddNotifications().UseInMemory());
        _services = services.BuildServiceProvider();
        _provider = _services.GetRequiredService<IDeliveryProvider>();
    }

    /// <summary>Sends a delivery as the engine does, with a token that can be cancelled.</summary>
    public async ValueTask SendAsync(Delivery delivery)
    {
        var outcome = await _provider.SendAsync(delivery, _stopping.Token);
        if (outcome.Kind != OutcomeKind.Sent)
            throw new InvalidOperationException($"A delivery was not accepted: {outcome}");
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _stopping.Dispose();
    }
}
