using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Notify.Hosting.Tests;

/// <summary>
/// A server that listens nowhere, so that a test of open addresses opens none. It says that it listens where it is told, and at
/// the addresses of its own.
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
