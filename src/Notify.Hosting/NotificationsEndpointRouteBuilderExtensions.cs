using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Hosting;
using Notify.Hosting.Analytics;
using Notify.Hosting.Authentication;
using Notify.Hosting.DeadLetters;
using Notify.Hosting.Health;
using Notify.Hosting.Notifications;
using Notify.Hosting.Problems;
using Notify.Hosting.Receipts;
using Notify.Hosting.Recipients;
using Notify.Hosting.Requests;
using Notify.Hosting.Sandbox;
using Notify.Hosting.Templates;
using Notify.Hosting.Unsubscribing;
using Notify.Hosting.WebhookEndpoints;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the HTTP API of Notify to an application.</summary>
public static class NotificationsEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps <c>/v1/notifications</c>, <c>/v1/users</c> with their devices, <c>/v1/topics</c>, <c>/v1/templates</c>,
    /// <c>/v1/receipts</c>, <c>/v1/dead-letters</c>, <c>/v1/webhook-endpoints</c>, <c>/v1/analytics</c>, <c>/v1/events</c>,
    /// <c>/health/live</c> and <c>/health/ready</c>; and, where the application has <c>AddSandbox()</c>, a page at <c>/</c> that
    /// shows what would have been sent. The tenant is the header <c>X-Notify-Tenant</c>. Every error is a problem document (RFC
    /// 9457). Without an API key (<see cref="NotificationsApiOptions.ApiKeys"/>) or authorization of the application's own on the
    /// returned group, only loopback addresses are served.
    /// <para>
    /// Open to everybody, whatever the group requires, are <c>/v1/callbacks/{provider}</c>, which vendors call and sign, and
    /// <c>/v1/unsubscribe/{token}</c>, where the links of <c>AddUnsubscribeLinks()</c> lead.
    /// </para>
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">What every path begins with, such as <c>/notify</c>. Default: nothing.</param>
    /// <exception cref="InvalidOperationException"><c>AddNotifications()</c> was not called.</exception>
    /// <exception cref="OptionsValidationException"><see cref="NotificationsApiOptions"/> are wrong.</exception>
    public static RouteGroupBuilder MapNotifications(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        var group = MapGroup(endpoints, prefix);
        group.MapReading();
        group.MapTriggering();
        group.MapRecipients();
        group.MapTemplates();
        group.MapReceipts();
        group.MapReplay();
        group.MapEndpointSecrets();
        group.MapSandbox(endpoints.ServiceProvider);
        group.MapUnknown(prefix);
        MapOpen(endpoints, prefix);
        return group;
    }

    /// <summary>
    /// Maps what only reads of what was sent: <c>/v1/analytics</c>, <c>/v1/events</c>, <c>GET /v1/notifications/{id}</c>, <c>GET
    /// /v1/dead-letters</c>, <c>/health/live</c> and <c>/health/ready</c>, for a process that is asked and does
    /// not send. They are protected like all of the API.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">What every path begins with, such as <c>/notify</c>. Default: nothing.</param>
    /// <exception cref="InvalidOperationException"><c>AddNotifications()</c> was not called.</exception>
    /// <exception cref="OptionsValidationException"><see cref="NotificationsApiOptions"/> are wrong.</exception>
    public static RouteGroupBuilder MapNotificationsAnalytics(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        var group = MapGroup(endpoints, prefix);
        group.MapReading();
        group.MapUnknown(prefix);
        return group;
    }

    /// <summary>
    /// Maps only <c>/health/live</c> and <c>/health/ready</c>, for a process that sends and is not asked to.
    /// They are protected like all of the API.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">What every path begins with, such as <c>/notify</c>. Default: nothing.</param>
    /// <exception cref="InvalidOperationException"><c>AddNotifications()</c> was not called.</exception>
    /// <exception cref="OptionsValidationException"><see cref="NotificationsApiOptions"/> are wrong.</exception>
    public static RouteGroupBuilder MapNotificationsHealth(this IEndpointRouteBuilder endpoints, string prefix = "") =>
        MapGroup(endpoints, prefix);

    private static RouteGroupBuilder MapGroup(IEndpointRouteBuilder endpoints, string prefix)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        // Asked by type and not by looking it up, which would open the store before the application starts.
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(INotifier)) is false)
            throw new InvalidOperationException("MapNotifications() needs AddNotifications() on the application's services.");

        var options = ValidOptions(endpoints.ServiceProvider);
        var keys = new ApiKeys(options.ApiKeys);
        var logger = endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ApiKeyFilter).Namespace!);
        var failures = new FailedCalls(endpoints.ServiceProvider.GetRequiredService<TimeProvider>());
        if (!keys.None)
            Log.Keys(logger, keys.Count);
        var group = endpoints
            .MapGroup(prefix)
            .WithMetadata(NotificationsEndpoint.Instance)
            .AddEndpointFilter(new ProblemFilter(endpoints.ServiceProvider))
            .WithMetadata(new BodyLimits(options.MaxBodyBytes, options.BodyTimeout, options.MaxConcurrentRequests))
            .WithMetadata(new StreamPlaces(options.MaxEventStreams, keys))
            .AddEndpointFilter(new ApiKeyFilter(keys, options.ManagementPort, failures, logger))
            .AddEndpointFilter(new RequestFilter())
            .AddEndpointFilter(new AuditFilter(keys, logger));
        var management = group.MapGroup("").WithMetadata(ManagementEndpoint.Instance);
        management.MapHealth();
        if (keys.None)
            new ListenGuard(endpoints.ServiceProvider).Watch(endpoints);
        return group;
    }

    private static void MapReading(this RouteGroupBuilder group)
    {
        group.MapTimeline();
        group.MapDeadLetters();
        group.MapAnalytics();
        group.MapEvents();
    }

    // Vendors and recipients have no key. What they may do is in what they bring: a signature, a token.
    private static void MapOpen(IEndpointRouteBuilder endpoints, string prefix)
    {
        var open = endpoints
            .MapGroup(prefix)
            .AllowAnonymous()
            // A vendor's URL has parameters that the vendor signs, and mail programs add their own to the links that they show.
            .IgnoresQuery()
            .WithMetadata(BodyLimits.ForCallbacks(ValidOptions(endpoints.ServiceProvider)))
            .AddEndpointFilter(new ProblemFilter(endpoints.ServiceProvider))
            .AddEndpointFilter(new RequestFilter());
        open.MapCallbacks();
        open.MapUnsubscribe();
    }

    private static NotificationsApiOptions ValidOptions(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<NotificationsApiOptions>>().Value;
        var failures = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), failures, validateAllProperties: true)
            ? options
            : throw new OptionsValidationException(
                nameof(NotificationsApiOptions),
                typeof(NotificationsApiOptions),
                failures.Select(failure => failure.ErrorMessage!)
            );
    }
}
