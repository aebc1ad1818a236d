using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers.Http;
using Notify.Providers.Mail;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods for attachments by URL.</summary>
public static class AttachmentUrlsNotificationsBuilderExtensions
{
    /// <summary>Sets the options of attachments by URL, which all email providers share.</summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="configure">Sets the options. Invalid options fail the start.</param>
    public static INotificationsBuilder ConfigureAttachmentUrls(
        this INotificationsBuilder builder,
        Action<AttachmentUrlOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.Configure(configure);
        return builder;
    }

    /// <summary>
    /// Adds the <see cref="AttachmentFetcher"/>, for a package with an email provider. May be called repeatedly.
    /// </summary>
    /// <param name="builder">The notifications builder.</param>
    public static INotificationsBuilder AddAttachmentFetcher(this INotificationsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(AttachmentFetcher)))
            return builder;

        services.AddOptions<AttachmentUrlOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.AddProviderHttpClient(AttachmentFetcher.ClientName, (provided, handler) =>
        {
            var options = provided.GetRequiredService<IOptions<AttachmentUrlOptions>>().Value;
            handler.ConnectTimeout = options.Timeout;
            // The rest of a file that is too large is not read. Its connection is closed.
            handler.MaxResponseDrainSize = 0;
            handler.AllowPublicInternetOnly(host => IsPrivateHost(options, host));
        });
        services.AddSingleton(provided => new AttachmentFetcher(
            provided.CreateProviderHttpClient(AttachmentFetcher.ClientName),
            provided.GetRequiredService<IOptions<AttachmentUrlOptions>>(),
            provided.GetRequiredService<TimeProvider>(),
            provided.GetRequiredService<ILogger<AttachmentFetcher>>()
        ));
        return builder;
    }

    private static bool IsPrivateHost(AttachmentUrlOptions options, DnsEndPoint host) =>
        options.PrivateHosts.Any(allowed =>
            allowed.Equals(host.Host, StringComparison.OrdinalIgnoreCase)
            || allowed.Equals($"{host.Host}:{host.Port}", StringComparison.OrdinalIgnoreCase)
        );
}
