using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Dashboard;
using Notify.Dashboard.Access;
using Notify.Dashboard.Assets;
using Notify.Dashboard.Auditing;
using Notify.Dashboard.Captured;
using Notify.Dashboard.DeadLetters;
using Notify.Dashboard.EventSubscriptions;
using Notify.Dashboard.Jobs;
using Notify.Dashboard.Keys;
using Notify.Dashboard.Live;
using Notify.Dashboard.Members;
using Notify.Dashboard.Notifications;
using Notify.Dashboard.Overview;
using Notify.Dashboard.Providers;
using Notify.Dashboard.Rendering;
using Notify.Dashboard.Settings;
using Notify.Dashboard.Templates;
using Notify.Dashboard.Topics;
using Notify.Dashboard.Users;
using Notify.Dashboard.Workflows;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Extension methods that map the dashboard of Notify.</summary>
public static class NotifyDashboardEndpointRouteBuilderExtensions
{
    /// <summary>Maps the pages of the dashboard.</summary>
    /// <remarks>
    /// <para>
    /// By default, the pages are served to callers on the same machine. As soon as the API has a key
    /// (<c>NotificationsApiOptions.ApiKeys</c> or <c>RequireKey</c>), and for callers on other machines, a person signs in with
    /// an API key, or at the identity provider of <see cref="NotifyDashboardOptions.OpenIdConnect"/>. The scopes of the key, or
    /// the role of the person, decide which pages and actions are available.
    /// </para>
    /// <para>
    /// To use the application's own sign-in instead, call <c>RequireAuthorization()</c> on the returned group. The claims of
    /// <c>NotificationsApiOptions.ScopeClaim</c> and <c>TenantClaim</c> then decide, as in the API.
    /// </para>
    /// </remarks>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">The path of the dashboard.</param>
    /// <returns>The group of all pages.</returns>
    /// <exception cref="InvalidOperationException"><c>AddNotifications()</c> was not called.</exception>
    /// <exception cref="OptionsValidationException"><see cref="NotifyDashboardOptions"/> are invalid.</exception>
    public static RouteGroupBuilder MapNotifyDashboard(this IEndpointRouteBuilder endpoints, string prefix = "/notify/dashboard")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        var services = endpoints.ServiceProvider;
        // Checks only the registration. Resolving the service would open the store before the application starts.
        if (services.GetService<IServiceProviderIsService>()?.IsService(typeof(INotifier)) is false)
            throw new InvalidOperationException(
                "MapNotifyDashboard() requires AddNotifications(). Call it on the application's services."
            );

        var options = GetValidOptions(services);
        var own = DashboardServices.Create(services, options);
        var access = new DashboardAccess(services, own);
        var group = endpoints.MapGroup(prefix);
        var routes = new DashboardRoutes(group, access, services, options);
        var people = options.OpenIdConnect is { } identityProvider ? new PersonSignIn(own, identityProvider) : null;
        AssetEndpoints.Map(group);
        SignInPages.Map(routes, people);
        if (people is not null)
            PersonPages.Map(routes, people);
        MapPages(routes, services);
        return group;
    }

    private static void MapPages(DashboardRoutes routes, IServiceProvider services)
    {
        OverviewPages.Map(routes);
        NotificationPages.Map(routes);
        LivePages.Map(routes, services);
        DeadLetterPages.Map(routes);
        ProviderPages.Map(routes);
        JobPages.Map(routes);
        TemplatePages.Map(routes);
        WorkflowPages.Map(routes);
        UserPages.Map(routes);
        TopicPages.Map(routes);
        KeyPages.Map(routes);
        MemberPages.Map(routes);
        EventSubscriptionPages.Map(routes);
        AuditPages.Map(routes);
        SettingsPages.Map(routes);
        CapturedPages.Map(routes);
        routes.MapUnknown();
    }

    private static NotifyDashboardOptions GetValidOptions(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<NotifyDashboardOptions>>().Value;
        var failures = new List<ValidationResult>();
        object?[] parts = [options, options.OpenIdConnect];
        foreach (var part in parts.OfType<object>())
            Validator.TryValidateObject(part, new ValidationContext(part), failures, validateAllProperties: true);
        return failures.Count == 0
            ? options
            : throw new OptionsValidationException(
                nameof(NotifyDashboardOptions),
                typeof(NotifyDashboardOptions),
                failures.Select(failure => failure.ErrorMessage!)
            );
    }
}
