using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Core.Providers;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Auditing;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Dashboard.Providers;

/// <summary>The providers with their circuits, limits and errors, and a test message over each channel.</summary>
internal static class ProviderPages
{
    /// <summary>The scopes that a pause needs, because a provider serves all tenants.</summary>
    public const ApiScope Steering = ApiScope.Manage | ApiScope.Platform;

    private const string Path = "providers";

    private static readonly TimeSpan Period = TimeSpan.FromHours(24);

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Read, ShowAsync);
        routes.MapAction($"{Path}/{{name}}/pause", Steering, "pauseProvider", Path, (page, _) =>
            ChangeAsync(page, (providers, name) => providers.PauseAsync(name, page.Aborted), "is paused")
        );
        routes.MapAction($"{Path}/{{name}}/resume", Steering, "resumeProvider", Path, (page, _) =>
            ChangeAsync(page, (providers, name) => providers.ResumeAsync(name, page.Aborted), "takes deliveries again")
        );
        routes.MapAction($"{Path}/test", ApiScope.Send, "triggerNotification", "notifications", SendTestAsync, ShowAsync);
    }

    private static async Task<IResult> ShowAsync(PageContext page)
    {
        var services = page.Http.RequestServices;
        var catalog = services.GetRequiredService<ProviderCatalog>();
        var options = services.GetRequiredService<IOptionsMonitor<ProviderOptions>>();
        var waiting = await ReadDepthsAsync(page).ConfigureAwait(false);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var query = new AnalyticsQuery
        {
            Tenant = page.Tenant,
            From = now - Period,
            Resolution = AnalyticsResolution.Hour,
            GroupBy = AnalyticsDimensions.Provider,
        };
        var counts = await services.GetRequiredService<IAnalytics>().QueryAsync(query, page.Aborted).ConfigureAwait(false);
        var byProvider = counts
            .Rows.Where(row => row.Provider is not null)
            .ToLookup(row => row.Provider!, StringComparer.Ordinal);
        var states = await services.GetRequiredService<IProviders>().ListAsync(page.Aborted).ConfigureAwait(false);
        var items = states.Select(provider => new ProviderView
        {
            State = provider,
            OpenFor = FindBreak(provider, now),
            Options = options.Get(provider.Name),
            Waiting = waiting?[provider.Name].Sum(depth => depth.Pending),
            Sent = byProvider[provider.Name].Sum(row => row.Sent),
            Retried = byProvider[provider.Name].Sum(row => row.Retried),
            Failed = byProvider[provider.Name].Sum(row => row.Failed),
            FailedBy =
            [
                .. byProvider[provider.Name]
                    .SelectMany(row => row.FailedBy)
                    .GroupBy(pair => pair.Key)
                    .Select(group => (group.Key, group.Sum(pair => pair.Value)))
                    .OrderByDescending(pair => pair.Item2),
            ],
        });
        return new PageResult<ProviderListPage>(page, new ProviderListView([.. items], [.. catalog.Channels]));
    }

    private static async Task<ActionOutcome> ChangeAsync(
        PageContext page,
        Func<IProviders, string, Task<ProviderState?>> change,
        string result
    )
    {
        var name = RequestValues.Route(page.Http.Request, "name");
        var providers = page.Http.RequestServices.GetRequiredService<IProviders>();
        return await change(providers, name).ConfigureAwait(false) is null
            ? ActionOutcome.Show(DashboardRoutes.ShowMissing(page, "provider"), AuditOutcome.Refused)
            : ActionOutcome.Done(Path, $"{name} {result}. Other processes follow within seconds.");
    }

    /// <summary>Computes the longest break of a provider over its processes; null if none has called it recently.</summary>
    private static TimeSpan? FindBreak(ProviderState provider, DateTimeOffset now) =>
        provider.Processes.Count == 0
            ? null
            : provider.Processes.Max(process => process.CircuitOpenUntil is { } until ? until - now : TimeSpan.Zero);

    private static async Task<ActionOutcome> SendTestAsync(PageContext page, AuditEntry entry)
    {
        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        if (!Channel.TryParse(form["channel"], out var channel))
            throw new InvalidRequestException([new FieldError("channel", FieldErrorCodes.Required, "Choose a channel.")]);

        var address = form["address"].ToString().Trim();
        var trigger = new Trigger
        {
            Tenant = page.Tenant,
            Kind = page.Kind,
            To =
                form["kind"] == "user" || channel == Channel.Push || channel == Channel.Inbox
                    ? Recipient.User(address)
                    : Recipient.Address(channel, address),
            Channels = [channel],
            Content = new Content { Title = "Test from the dashboard", Body = "If you read this, the channel works." },
            IdempotencyKey = await page.CreateFormKeyAsync().ConfigureAwait(false),
        };
        var notifier = page.Http.RequestServices.GetRequiredService<INotifier>();
        var result = await notifier.TriggerAsync(trigger, page.Aborted).ConfigureAwait(false);
        entry.SetResource($"{result.Id}");
        return ActionOutcome.Done($"notifications/{result.Id}", "The test was accepted. This page shows its way.");
    }

    // The depth of the queue is not known per tenant.
    private static async Task<ILookup<string, QueueDepth>?> ReadDepthsAsync(PageContext page) =>
        page.Can(ApiScope.Platform)
            ? (
                await page
                    .Http.RequestServices.GetRequiredService<IDeliveryQueue>()
                    .GetDepthAsync(page.Aborted)
                    .ConfigureAwait(false)
            ).ToLookup(depth => depth.Provider, StringComparer.Ordinal)
            : null;
}

/// <summary>The model of the providers.</summary>
internal sealed record ProviderListView(IReadOnlyList<ProviderView> Items, IReadOnlyList<Channel> Channels);

/// <summary>A provider with its figures of the last 24 hours.</summary>
internal sealed record ProviderView
{
    public required ProviderState State { get; init; }

    public string Name => State.Name;

    /// <summary>Gets how long the circuit stays open; null if no process has called the provider recently.</summary>
    public required TimeSpan? OpenFor { get; init; }

    public required ProviderOptions Options { get; init; }

    public long? Waiting { get; init; }

    public required long Sent { get; init; }

    public required long Retried { get; init; }

    public required long Failed { get; init; }

    public required IReadOnlyList<(string Kind, long Count)> FailedBy { get; init; }
}
