using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Notify.Hosting.Authentication;

/// <summary>Prevents an application whose API has no key from listening on addresses that other machines can reach.</summary>
internal sealed class ListenGuard(IServiceProvider services)
{
    /// <summary>
    /// Checks the configured addresses before the server listens, and the actual addresses afterwards.
    /// </summary>
    public void Watch(IEndpointRouteBuilder endpoints)
    {
        // The pipeline is built when the addresses are known and all endpoints are mapped, but before the server listens.
        if (endpoints is IApplicationBuilder application)
        {
            application.Use(next =>
            {
                if (FindError(GetConfiguredAddresses()) is { } error)
                    throw new InvalidOperationException(error);
                return next;
            });
        }

        // Addresses that code passes to Kestrel are known only after the start.
        var lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStarted.Register(() =>
        {
            if (FindError(GetServerAddresses()) is not { } error)
                return;

            Log.Unprotected(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ListenGuard).Namespace!), error);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        });
    }

    private string? FindError(IEnumerable<string> addresses)
    {
        var unprotected = services
            .GetRequiredService<EndpointDataSource>()
            .Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<NotificationsEndpoint>() is not null)
            .Any(endpoint => !ApiKeyFilter.HasOwnAuthorization(endpoint));
        return unprotected && addresses.FirstOrDefault(address => !LoopbackAddress.IsLocal(address)) is { } address
            ? $"The notifications API has no API key and would be open to everyone who can reach {address}. "
                + "Set NotificationsApiOptions.ApiKeys (Notify.Host: Notify__ApiKey) or RequireKey, "
                + "call MapNotifications().RequireAuthorization(), or listen only on http://127.0.0.1."
            : null;
    }

    // Kestrel ignores all other addresses if its own section names any.
    private IEnumerable<string> GetConfiguredAddresses()
    {
        string[] kestrel =
        [
            .. services
                .GetRequiredService<IConfiguration>()
                .GetSection("Kestrel:Endpoints")
                .GetChildren()
                .Select(endpoint => endpoint["Url"])
                .OfType<string>(),
        ];
        return kestrel.Length > 0 ? kestrel : GetServerAddresses();
    }

    private IEnumerable<string> GetServerAddresses() =>
        services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
}
