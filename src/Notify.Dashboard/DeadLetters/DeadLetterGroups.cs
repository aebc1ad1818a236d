using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Rendering;

namespace Notify.Dashboard.DeadLetters;

/// <summary>The dead letters by reason.</summary>
/// <remarks>
/// The reasons are found and counted among the newest dead letters. Counting each of them exactly would read all dead letters
/// once per reason.
/// </remarks>
internal sealed record DeadLetterGroups(IReadOnlyList<DeadLetterGroup> Items, int? Examined)
{
    private const int MaxGroups = 10;

    public static DeadLetterGroups None { get; } = new([], null);

    public static async Task<DeadLetterGroups> ReadAsync(PageContext page, int examined)
    {
        var found = await page
            .Http.RequestServices.GetRequiredService<INotificationQueries>()
            .ListDeadLettersAsync(
                new DeadLetterFilter { Tenant = page.Tenant },
                new PageRequest { Limit = examined },
                page.Aborted
            )
            .ConfigureAwait(false);
        var groups = found
            .Items.GroupBy(item => (item.Reason, item.Delivery.Provider))
            .OrderByDescending(group => group.Count())
            .Take(MaxGroups)
            .Select(group => new DeadLetterGroup(
                group.Key.Reason,
                group.Key.Provider,
                group.First().Delivery.Channel,
                group.Count()
            ));
        return new DeadLetterGroups([.. groups], found.Next is null ? null : found.Items.Count);
    }
}

/// <summary>Dead letters with the same reason of the same provider.</summary>
internal sealed record DeadLetterGroup(string? Reason, string Provider, Channel Channel, long Count);
