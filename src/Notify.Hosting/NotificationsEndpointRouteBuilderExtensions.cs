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
using Notify.Hosting.CapturedMessages;
using Notify.Hosting.DeadLetters;
using Notify.Hosting.Health;
using Notify.Hosting.Notifications;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Receipts;
using Notify.Hosting.Recipients;
using Notify.Hosting.Requests;
using Notify.Hosting.Templates;
using Notify.Hosting.Unsubscribing;
using Notify.Hosting.WebhookEndpoints;
using Notify.Hosting.Workflows;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Extension methods that map the HTTP API of Notify.</summary>
public static class NotificationsEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the complete HTTP API: <c>/v1/notifications</c>, <c>/v1/users</c> with their devices, <c>/v1/topics</c>,
    /// <c>/v1/templates</c>, <c>/v1/workflows</c>, <c>/v1/receipts</c>, <c>/v1/dead-letters</c>, <c>/v1/webhook-endpoints</c>,
    /// <c>/v1/analytics</c>, <c>/v1/events</c>, <c>/openapi/v1.json</c>, <c>/health/live</c> and <c>/health/ready</c>. If the
    /// application uses <c>AddSandbox()</c>, also maps a page at <c>/</c> that shows the captured messages.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The header <c>X-Notify-Tenant</c> selects the tenant. Every error is a problem document (RFC 9457). Unless an API key
    /// (<see cref="NotificationsApiOptions.ApiKeys"/>) is set, or the application requires authorization on the returned group,
    /// only loopback addresses are served.
    /// </para>
    /// <para>
    /// Three endpoints are always open, no matter what the group requires: <c>/v1/callbacks/{provider}</c>, whose calls vendors
    /// sign, <c>/v1/unsubscribe/{token}</c>, to which the links of <c>AddUnsubscribeLinks()</c> lead, and
    /// <c>/v1/errors/{code}</c>, which describes the problem documents.
    /// </para>
    /// </remarks>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">The prefix of every path, such as <c>/notify</c>. Empty by default.</param>
    /// <returns>The group of all endpoints except the open ones.</returns>
    /// <exception cref="InvalidOperationException"><c>AddNotifications()</c> was not called.</exception>
    /// <exception cref="OptionsValidationException"><see cref="NotificationsApiOptions"/> are invalid.</exception>
    public static RouteGroupBuilder MapNotifications(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        var group = MapGroup(endpoints, prefix, out var open);
        group.MapReading();
        group.MapTriggering();
        group.MapRecipients();
        group.MapTemplates();
        group.MapWorkflows();
        group.MapReceipts();
        group.MapReplay();
        group.MapEndpointSecrets();
        group.MapCapturedMessages(endpoints.ServiceProvider);
        group.MapUnknown(prefix);
        MapOpen(open, endpoints.ServiceProvider);
        return group;
    }

    /// <summary>
    /// Maps only the endpoints that report on notifications, for a process that does not send: <c>/v1/analytics</c>,
    /// <c>/v1/events</c>, <c>GET /v1/notifications/{id}</c>, <c>GET /v1/dead-letters</c>, <c>/health/live</c> and
    /// <c>/health/ready</c>. They are protected like the rest of the API.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">The prefix of every path, such as <c>/notify</c>. Empty by default.</param>
    /// <returns>The group of the endpoints.</returns>
    /// <exception cref="InvalidOperationException"><c>AddNotifications()</c> was not called.</exception>
    /// <exception cref="OptionsValidationException"><see cref="NotificationsApiOptions"/> are invalid.</exception>
    public static RouteGroupBuilder MapNotificationsAnalytics(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        var group = MapGroup(endpoints, prefix, out _);
        group.MapReading();
        group.MapUnknown(prefix);
        return group;
    }

    /// <summary>
    /// Maps only <c>/health/live</c> and <c>/health/ready</c>, for a process that sends but does not serve the API. They are
    /// protected like the rest of the API.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">The prefix of every path, such as <c>/notify</c>. Empty by default.</param>
    /// <returns>The group of the endpoints.</returns>
    /// <exception cref="InvalidOperationException"><c>AddNotifications()</c> was not called.</exception>
    /// <exception cref="OptionsValidationException"><see cref="NotificationsApiOptions"/> are invalid.</exception>
    public static RouteGroupBuilder MapNotificationsHealth(this IEndpointRouteBuilder endpoints, string prefix = "") =>
        MapGroup(endpoints, prefix, out _);

    private static RouteGroupBuilder MapGroup(IEndpointRouteBuilder endpoints, string prefix, out RouteGroupBuilder open)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        // Checks only the registration. Resolving the service would open the store before the application starts.
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(INotifier)) is false)
            throw new InvalidOperationException(
                "MapNotifications() requires AddNotifications(). Call it on the application's services."
            );

        var options = GetValidOptions(endpoints.ServiceProvider);
        var keys = new ApiKeys(options.ApiKeys);
        var logger = endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ApiKeyFilter).Namespace!);
        var failures = new FailedCalls(endpoints.ServiceProvider.GetRequiredService<TimeProvider>());
        if (!keys.None)
            Log.Keys(logger, keys.Count);
        var document = new ApiDocument();
        var pages = new ProblemPages(prefix, options.ProblemTypeBase);
        // Whoever has no key must be able to read what its problem means.
        open = endpoints.MapGroup(prefix).AllowAnonymous().WithMetadata(pages, document);
        pages.Map(open.MapGroup("").AddEndpointFilter(new RequestFilter()));
        var group = endpoints
            .MapGroup(prefix)
            .WithMetadata(NotificationsEndpoint.Instance, pages, document, new RunningKeys())
            .AddEndpointFilter(new ProblemFilter(endpoints.ServiceProvider))
            .WithMetadata(new BodyLimits(options.MaxBodyBytes, options.BodyTimeout, options.MaxConcurrentRequests))
            .WithMetadata(new StreamLimit(options.MaxEventStreams, keys))
            .AddEndpointFilter(new ApiKeyFilter(keys, options.ManagementPort, failures, logger))
            .AddEndpointFilter(new RequestFilter())
            .AddEndpointFilter(new AuditFilter(keys, logger));
        var management = group.MapGroup("").WithMetadata(ManagementEndpoint.Instance);
        management.MapHealth();
        document.Map(group);
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

    // Vendors and recipients have no key. A signature or a token authorizes their calls.
    private static void MapOpen(RouteGroupBuilder group, IServiceProvider services)
    {
        var open = group
            .MapGroup("")
            // The query of a callback URL is a part of what the vendor signs, and mail programs add parameters to links.
            .IgnoresQuery()
            .WithMetadata(BodyLimits.CreateForCallbacks(GetValidOptions(services)))
            .AddEndpointFilter(new ProblemFilter(services))
            .AddEndpointFilter(new RequestFilter());
        open.MapCallbacks();
        open.MapUnsubscribe();
    }

    private static NotificationsApiOptions GetValidOptions(IServiceProvider services)
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
