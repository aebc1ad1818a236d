using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Notify.Hosting.Tests;

/// <summary>
/// A server that does not listen, so that tests of public addresses open no port. It reports the configured addresses and its own
/// as if it did.
/// </summary>
internal sealed class PaperServer(params string[] ownAddresses) : IServer
{
    private readonly ServerAddressesFeature _addresses = new();

    public IFeatureCollection Features
    {
        get
        {
            var features = new FeatureCollection();
            features.Set<IServerAddressesFeature>(_addresses);
            return features;
        }
    }

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        foreach (var address in ownAddresses)
            _addresses.Addresses.Add(address);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() { }
}
