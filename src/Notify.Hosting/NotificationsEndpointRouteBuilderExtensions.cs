using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Hosting;
using Notify.Hosting.Analytics;
using Notify.Hosting.Auditing;
using Notify.Hosting.Authentication;
using Notify.Hosting.CapturedMessages;
using Notify.Hosting.Clients;
using Notify.Hosting.DeadLetters;
using Notify.Hosting.Diagnostics;
using Notify.Hosting.EventSubscriptions;
using Notify.Hosting.Forwarding;
using Notify.Hosting.Health;
using Notify.Hosting.Inboxes;
using Notify.Hosting.Jobs;
using Notify.Hosting.Keys;
using Notify.Hosting.Members;
using Notify.Hosting.Notifications;
using Notify.Hosting.OpenApi;
using Notify.Hosting.PreferencePages;
using Notify.Hosting.Problems;
using Notify.Hosting.Providers;
using Notify.Hosting.RateLimits;
using Notify.Hosting.Receipts;
using Notify.Hosting.Recipients;
using Notify.Hosting.Requests;
using Notify.Hosting.Teams;
using Notify.Hosting.Templates;
using Notify.Hosting.Tracking;
using Notify.Hosting.TriggerStreams;
using Notify.Hosting.Unsubscribing;
using Notify.Hosting.WebhookEndpoints;
using Notify.Hosting.Workflows;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Extension methods that map the HTTP API of Notify.</summary>
public static class NotificationsEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the HTTP API: <c>/v1/notifications</c>, <c>/v1/users</c> with their devices, <c>/v1/topics</c>,
    /// <c>/v1/templates</c>, <c>/v1/workflows</c>, <c>/v1/receipts</c>, <c>/v1/tracking</c>, <c>/v1/dead-letters</c>,
    /// <c>/v1/webhook-endpoints</c>, <c>/v1/event-subscriptions</c>, <c>/v1/api-keys</c>, <c>/v1/clients</c>,
    /// <c>/v1/members</c>, <c>/v1/audit</c>, <c>/v1/analytics</c>, <c>/v1/events</c>, <c>/v1/diagnostics</c>, <c>/v1/inbox</c>
    /// (with <c>AddInbox()</c>), <c>/v1/sandbox</c> (with <c>AddSandbox()</c>), <c>/openapi/v1.json</c>, <c>/health/live</c> and
    /// <c>/health/ready</c>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The header <c>X-Notify-Tenant</c> selects the tenant. Every error is a problem document (RFC 9457). Unless an API key
    /// (<see cref="NotificationsApiOptions.ApiKeys"/>) is set, or the application requires authorization on the returned group,
    /// only loopback addresses are served.
    /// </para>
    /// <para>
    /// Some endpoints are always open, no matter what the group requires: <c>/v1/callbacks/{provider}</c>, whose calls vendors
    /// sign, <c>/v1/track/{token}</c>, to which the links of <c>AddTracking()</c> lead, <c>/v1/unsubscribe/{token}</c>, to which
    /// the links of <c>AddUnsubscribeLinks()</c> lead, <c>/v1/inbox</c>, which browsers call with a token of their user,
    /// <c>/v1/errors/{code}</c>, which describes the problem documents, and <c>/openapi/v1.json</c>, which describes the API.
    /// </para>
    /// </remarks>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">The prefix of every path, such as <c>/notify</c>. Empty by default.</param>
    /// <param name="features">The parts of the API that this process serves. By default, the complete API.</param>
    /// <returns>The group of all endpoints except the open ones.</returns>
    /// <exception cref="InvalidOperationException"><c>AddNotifications()</c> was not called.</exception>
    /// <exception cref="OptionsValidationException"><see cref="NotificationsApiOptions"/> are invalid.</exception>
    public static RouteGroupBuilder MapNotifications(
        this IEndpointRouteBuilder endpoints,
        string prefix = "",
        ApiFeatures features = ApiFeatures.All
    )
    {
        var group = MapGroup(endpoints, prefix, out var open);
        // Vendors and recipients have no key. A signature or a token authorizes their calls.
        var signed = MapSigned(open, endpoints.ServiceProvider);
        var browsers = MapBrowsers(open, endpoints.ServiceProvider);
        var forwarder = endpoints.ServiceProvider.GetService<IApiForwarder>();
        foreach (var feature in Enum.GetValues<ApiFeatures>().Where(feature => BitOperations.IsPow2((int)feature)))
        {
            if (forwarder?.Features.HasFlag(feature) == true)
            {
                var filter = new ForwardingFilter(forwarder, feature);
                MapFeature(
                    feature,
                    Forward(group, filter),
                    Forward(signed, filter),
                    Forward(browsers, filter),
                    endpoints.ServiceProvider
                );
            }
            else if (features.HasFlag(feature))
                MapFeature(feature, group, signed, browsers, endpoints.ServiceProvider);
        }

        group.MapUnknown(prefix);
        return group;
    }

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
        var keys = new ConfiguredKeys(options.ApiKeys);
        var logger = endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ApiKeyFilter).Namespace!);
        var failures = new FailedCalls(endpoints.ServiceProvider.GetRequiredService<TimeProvider>());
        if (!keys.None)
            Log.Keys(logger, keys.Count);
        var document = new ApiDocument();
        var pages = new ProblemPages(prefix, options.ProblemTypeBase);
        // Whoever has no key must be able to read what its problem means.
        var protection = new ResponseProtection();
        open = endpoints
            .MapGroup(prefix)
            .AnswerHead()
            .AllowAnonymous()
            .WithMetadata(pages, document)
            .AddEndpointFilter(protection);
        pages.Map(open.MapGroup("").AddEndpointFilter(new RequestFilter()));
        document.Map(
            open.MapGroup("")
                .AddEndpointFilter(new ProblemFilter(endpoints.ServiceProvider))
                .AddEndpointFilter(new RequestFilter())
        );
        var group = endpoints
            .MapGroup(prefix)
            .AnswerHead()
            .WithMetadata(NotificationsEndpoint.Instance, pages, document, new RunningKeys())
            .AddEndpointFilter(protection)
            .AddEndpointFilter(new ProblemFilter(endpoints.ServiceProvider))
            .WithMetadata(new BodyLimits(options.MaxBodyBytes, options.BodyTimeout, options.MaxConcurrentRequests))
            .WithMetadata(new StreamLimit(options.MaxEventStreams))
            .WithMetadata(new TriggerStreamLimit(new StreamLimit(options.MaxTriggerStreams)))
            .AddEndpointFilter(new ApiKeyFilter(keys, options, failures, logger));
        if (options.MaxCallsPerSecondPerKey is { } perSecond)
            group.AddEndpointFilter(new CallRateFilter(perSecond, endpoints.ServiceProvider));
        group
            .AddEndpointFilter(new RequestFilter())
            .AddEndpointFilter(new AuditFilter(endpoints.ServiceProvider, options.AuditEverydayCalls, logger));
        var management = group.MapGroup("").WithMetadata(ManagementEndpoint.Instance);
        management.MapHealth();
        if (keys.None && !options.RequireKey)
            new ListenGuard(endpoints.ServiceProvider).Watch(endpoints);
        return group;
    }

    private static RouteGroupBuilder Forward(RouteGroupBuilder group, ForwardingFilter filter) =>
        group.MapGroup("").WithMetadata(ForwardedEndpoint.Instance).AddEndpointFilter(filter);

    // Each path belongs to exactly one feature.
    private static void MapFeature(
        ApiFeatures feature,
        RouteGroupBuilder group,
        RouteGroupBuilder signed,
        RouteGroupBuilder browsers,
        IServiceProvider services
    )
    {
        switch (feature)
        {
            case ApiFeatures.Notifications:
                group.MapTimeline();
                group.MapTriggering();
                group.MapTriggerStream();
                group.MapTemplates();
                group.MapWorkflows();
                group.MapReceipts();
                group.MapDeadLetters();
                group.MapReplay();
                group.MapEndpointSecrets();
                group.MapEventSubscriptions();
                group.MapProviders();
                group.MapCapturedMessages(services);
                group.MapTrackingSettings();
                group.MapDiagnostics();
                signed.MapCallbacks();
                signed.MapTrackedLinks();
                break;
            case ApiFeatures.Devices:
                group.MapRecipients();
                group.MapJobs();
                group.MapInboxes(services);
                signed.MapPreferencePages();
                signed.MapUnsubscribe();
                browsers.MapOwnInbox(services);
                break;
            case ApiFeatures.Analytics:
                group.MapAnalytics();
                group.MapFigures();
                group.MapEvents();
                break;
            case ApiFeatures.Authentication:
                group.MapApiKeys();
                group.MapClients();
                group.MapMembers();
                group.MapTeam();
                group.MapAudit();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(feature), feature, "The feature has no endpoints.");
        }
    }

    private static RouteGroupBuilder MapSigned(RouteGroupBuilder open, IServiceProvider services) =>
        open.MapGroup("")
            // The query of a callback URL is a part of what the vendor signs, and mail programs add parameters to links.
            .IgnoresQuery()
            .WithMetadata(BodyLimits.CreateForCallbacks(GetValidOptions(services)))
            .AddEndpointFilter(new ProblemFilter(services))
            .AddEndpointFilter(new RequestFilter());

    // The browser of a user has a token instead of a key.
    private static RouteGroupBuilder MapBrowsers(RouteGroupBuilder open, IServiceProvider services) =>
        open.MapGroup("")
            .WithMetadata(BodyLimits.CreateForBrowsers(GetValidOptions(services)))
            .AddEndpointFilter(new ProblemFilter(services))
            .AddEndpointFilter(new RequestFilter());

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
