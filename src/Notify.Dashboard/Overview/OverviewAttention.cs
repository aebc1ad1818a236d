using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.DeadLetters;
using Notify.Dashboard.Layout;
using Notify.Dashboard.Rendering;
using Notify.Storage;

namespace Notify.Dashboard.Overview;

/// <summary>Finds what a person should look at now: circuits, pauses, backlogs and dead letters.</summary>
internal static class OverviewAttention
{
    // A backlog that lasts longer than the measured minutes is worth a look from this size.
    private const long LargeBacklog = 1_000;

    // The overview is loaded every few seconds, so it reads few dead letters.
    private const int Examined = 50;
    private const int MaxReasons = 3;

    public static async Task<IReadOnlyList<AttentionItem>> FindAsync(PageContext page, IReadOnlyList<QueueDepth>? depths)
    {
        var services = page.Http.RequestServices;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var waiting = depths?.ToLookup(depth => depth.Provider, depth => depth.Pending, StringComparer.Ordinal);
        var items = new List<AttentionItem>();
        foreach (var provider in await services.GetRequiredService<IProviders>().ListAsync(page.Aborted).ConfigureAwait(false))
            items.AddRange(Describe(page, provider, waiting?[provider.Name].Sum() ?? 0, now));
        if (await FindDeadLettersAsync(page).ConfigureAwait(false) is { } dead)
            items.Add(dead);
        return items;
    }

    private static IEnumerable<AttentionItem> Describe(PageContext page, ProviderState provider, long waiting, DateTimeOffset now)
    {
        if (provider.Processes.Max(process => process.CircuitOpenUntil) is { } until && until > now)
            yield return CreateItem(
                "bad",
                $"The circuit of {provider.Name} is open",
                $"The provider is failing. It is tried again in {Texts.Duration(until - now)}."
            );
        if (provider.PausedAt is not null)
            yield return CreateItem(
                "warn",
                $"{provider.Name} is paused",
                "Its deliveries wait, or move to another provider of the channel."
            );
        var ended = provider.Processes.Sum(process => process.Sent + process.Failed);
        if (waiting >= LargeBacklog && waiting > ended)
            yield return CreateItem(
                "warn",
                $"{Texts.Count(waiting, "delivery waits", "deliveries wait")} for {provider.Name}",
                $"In the last 5 to 10 minutes, {Texts.Number(ended)} ended. Deliveries with a later due time count too."
            );

        AttentionItem CreateItem(string tone, string title, string text) =>
            new(tone, title, text, page.Link("providers"), "Providers");
    }

    private static async Task<AttentionItem?> FindDeadLettersAsync(PageContext page)
    {
        var dead = await page
            .Http.RequestServices.GetRequiredService<INotificationQueries>()
            .CountDeadLettersAsync(new DeadLetterFilter { Tenant = page.Tenant }, page.Aborted)
            .ConfigureAwait(false);
        if (dead == 0)
            return null;

        var groups = await DeadLetterGroups.ReadAsync(page, Examined).ConfigureAwait(false);
        var reasons = groups
            .Items.Take(MaxReasons)
            .Select(group => $"{Texts.Isolate(group.Reason ?? "No reason was recorded")} ({Texts.Number(group.Count)})");
        var newest = groups.Examined is null ? "" : "The newest: ";
        return new AttentionItem(
            "bad",
            Texts.Count(dead, "dead letter", "dead letters"),
            $"These deliveries ended without being sent. {newest}{string.Join(", ", reasons)}",
            page.Link("dead-letters"),
            "Dead letters"
        );
    }
}
