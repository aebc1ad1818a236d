using System.Text.Json;
using Notify.Storage;

namespace Notify.Core.Jobs;

/// <summary>
/// Writes everything about a user, a section after the other. The stores have no index of deliveries by user, because it would
/// cost every delivery a write, so all notifications are looked through that name the user or a topic.
/// </summary>
internal sealed class PersonalExport(
    IUserStore users,
    IDeviceStore devices,
    IRecipientListStore lists,
    INotificationStore notifications,
    IAuditLog audit,
    IInboxStore? inboxes = null
) : IJobKind
{
    private const int CountedPerStep = 1_000;
    private const int ItemsPerStep = 100;

    public string Kind => JobKinds.ExportUser;

    public bool HasResult => true;

    public async ValueTask<JobStep> RunAsync(StoredJob job, CancellationToken cancellationToken)
    {
        var position = job.Position is { } stored
            ? JsonSerializer.Deserialize(stored, ExportJson.Default.PersonalPosition)!
            : new PersonalPosition(PersonalSection.Profile);
        var lines = new List<PersonalData>();
        var step = position.Section switch
        {
            PersonalSection.Profile => await WriteProfileAsync(job.Job, lines, cancellationToken).ConfigureAwait(false),
            PersonalSection.Inbox or PersonalSection.Archive => await WriteInboxAsync(job.Job, position, lines, cancellationToken)
                .ConfigureAwait(false),
            PersonalSection.Count => await CountAsync(job.Job, position, cancellationToken).ConfigureAwait(false),
            PersonalSection.Notifications => await new PersonalNotifications(notifications, job.Job, lines)
                .RunAsync(position, cancellationToken)
                .ConfigureAwait(false),
            _ => await WriteAuditAsync(job.Job, position, lines, cancellationToken).ConfigureAwait(false),
        };
        return lines.Count == 0 ? step : step with { Lines = ExportLines.Write(lines, ExportLines.Format.PersonalData) };
    }

    /// <summary>Creates a step that continues at a position.</summary>
    public static JobStep Continue(PersonalPosition position, long done = 0, long counted = 0) =>
        new()
        {
            Position = JsonSerializer.Serialize(position, ExportJson.Default.PersonalPosition),
            Done = done,
            Counted = counted,
        };

    private async ValueTask<JobStep> WriteProfileAsync(Job job, List<PersonalData> lines, CancellationToken cancellationToken)
    {
        var userId = job.UserId!;
        foreach (var record in await users.FindAsync(job.Tenant, [userId], cancellationToken).ConfigureAwait(false))
        {
            if (record.User is { } user)
                lines.Add(new PersonalData("user") { User = ExportedUser.Create(user) });
            if (record.Preferences.Count > 0)
                lines.Add(new PersonalData("preferences") { Preferences = record.Preferences });
        }

        foreach (var device in await devices.ListAsync(job.Tenant, userId, cancellationToken).ConfigureAwait(false))
            lines.Add(new PersonalData("device") { Device = ExportedDevice.Create(device) });
        var topics = await lists.ListTopicsAsync(job.Tenant, userId, cancellationToken).ConfigureAwait(false);
        foreach (var topic in topics.Order(StringComparer.Ordinal))
            lines.Add(new PersonalData("topic") { Topic = topic });
        return Continue(new PersonalPosition(PersonalSection.Inbox));
    }

    private async ValueTask<JobStep> WriteInboxAsync(
        Job job,
        PersonalPosition position,
        List<PersonalData> lines,
        CancellationToken cancellationToken
    )
    {
        var query = new InboxQuery
        {
            Tenant = job.Tenant,
            UserId = job.UserId!,
            Filter = position.Section == PersonalSection.Inbox ? InboxFilter.Current : InboxFilter.Archived,
            After = position.At is { } at ? new InboxPosition(at, position.Id!.Value) : null,
            Limit = ItemsPerStep,
        };
        var items = inboxes is null ? [] : await inboxes.ListAsync(query, cancellationToken).ConfigureAwait(false);
        lines.AddRange(items.Select(item => new PersonalData("inboxItem") { Item = PersonalInboxItem.Create(item) }));
        return Continue(
            items.Count == ItemsPerStep
                ? position with
                {
                    Id = items[^1].Id,
                    At = items[^1].CreatedAt,
                }
                : new PersonalPosition(position.Section + 1)
        );
    }

    private async ValueTask<JobStep> CountAsync(Job job, PersonalPosition position, CancellationToken cancellationToken)
    {
        var filter = PersonalNotifications.CreateFilter(job);
        var found = await notifications.ListAsync(filter, position.Id, CountedPerStep, cancellationToken).ConfigureAwait(false);
        var next =
            found.Count == CountedPerStep
                ? position with
                {
                    Id = found[^1].Id,
                }
                : new PersonalPosition(PersonalSection.Notifications);
        return Continue(next, counted: found.Count);
    }

    private async ValueTask<JobStep> WriteAuditAsync(
        Job job,
        PersonalPosition position,
        List<PersonalData> lines,
        CancellationToken cancellationToken
    )
    {
        var page = await audit
            .ListAsync(
                new AuditQuery { Tenant = job.Tenant },
                new PageRequest { Limit = ItemsPerStep, After = position.Id is { } id ? $"{id}" : "" },
                cancellationToken
            )
            .ConfigureAwait(false);
        lines.AddRange(
            page.Items.Where(record => IsAbout(record, job.UserId!))
                .Select(record => new PersonalData("audit") { Record = record })
        );
        return page.Next is { } next ? Continue(position with { Id = Guid.Parse(next) }) : new JobStep { IsLast = true };
    }

    // The resource of a device is the user and the device.
    private static bool IsAbout(AuditRecord record, string userId) =>
        record.Resource is { Id: { } id, Kind: "users" or "devices" }
        && (id == userId || id.StartsWith($"{userId}/", StringComparison.Ordinal));
}
