using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Notify.Hosting.Authentication;

/// <summary>Keeps an application whose API has no key from listening where others than this machine can reach it.</summary>
internal sealed class ListenGuard(IServiceProvider services)
{
    /// <summary>Checks once before the server listens, by what is configured, and once after, by what it did.</summary>
    public void Watch(IEndpointRouteBuilder endpoints)
    {
        // The pipeline is built after the addresses are known and the last endpoint is mapped, and before the server listens.
        if (endpoints is IApplicationBuilder application)
        {
            application.Use(next =>
            {
                if (Fault(ConfiguredAddresses()) is { } sentence)
                    throw new InvalidOperationException(sentence);
                return next;
            });
        }

        // Addresses that code gives to Kestrel are known only now.
        var lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStarted.Register(() =>
        {
            if (Fault(ServerAddresses()) is not { } sentence)
                return;

            Log.Unprotected(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ListenGuard).Namespace!), sentence);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        });
    }

    private string? Fault(IEnumerable<string> addresses)
    {
        var unprotected = services
            .GetRequiredService<EndpointDataSource>()
            .Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<NotificationsEndpoint>() is not null)
            .Any(endpoint => !ApiKeyFilter.HasOwnAuthorization(endpoint));
        return unprotected && addresses.FirstOrDefault(address => !LoopbackAddress.IsLocal(address)) is { } address
            ? $"Notifications have no API key and would be open to everyone who reaches {address}. "
                + "Set NotificationsApiOptions.ApiKeys (Notify.Host: Notify__ApiKey), "
                + "call MapNotifications().RequireAuthorization(), or listen on http://127.0.0.1 only."
            : null;
    }

    // Kestrel ignores the other addresses when its own section names some.
    private IEnumerable<string> ConfiguredAddresses()
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
        return kestrel.Length > 0 ? kestrel : ServerAddresses();
    }

    private IEnumerable<string> ServerAddresses() =>
        services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
}
