using Notify.Storage;

namespace Notify.Core.Jobs;

/// <summary>
/// Looks through notifications for those of a user, newest first. A step reads a bounded number of deliveries, because a
/// notification to a topic can have millions, and continues within the notification.
/// </summary>
internal sealed class PersonalNotifications(INotificationStore notifications, Job job, List<PersonalData> lines)
{
    private const int NotificationsPerStep = 100;
    private const int DeliveriesPerStep = 2_000;
    private const int DeliveriesPerPage = 500;

    private int _read;

    /// <summary>Creates the filter of the notifications that were accepted before the job.</summary>
    public static NotificationFilter CreateFilter(Job job) => new() { Tenant = job.Tenant, To = job.CreatedAt };

    public async ValueTask<JobStep> RunAsync(PersonalPosition position, CancellationToken cancellationToken)
    {
        var found = await notifications
            .ListAsync(CreateFilter(job), position.Id, NotificationsPerStep, cancellationToken)
            .ConfigureAwait(false);
        var done = 0;
        foreach (var notification in found)
        {
            if (MayConcern(notification.Trigger))
                position = await WriteAsync(notification, position, cancellationToken).ConfigureAwait(false);
            if (position.Delivery is not null)
                return PersonalExport.Continue(position, done);

            position = new PersonalPosition(PersonalSection.Notifications) { Id = notification.Id };
            done++;
            if (_read >= DeliveriesPerStep)
                return PersonalExport.Continue(position, done);
        }

        return PersonalExport.Continue(
            found.Count == NotificationsPerStep ? position : new PersonalPosition(PersonalSection.Audit),
            done
        );
    }

    private bool MayConcern(Trigger trigger) => IsNamed(trigger) || trigger.Topics().Any();

    private bool IsNamed(Trigger trigger) =>
        trigger.To.Any(recipient => recipient.Kind == RecipientKind.User && recipient.Value == job.UserId);

    /// <summary>
    /// Writes the deliveries of a notification to the user, and at their end the notification. Returns the position, which has a
    /// delivery if more of them are to be read.
    /// </summary>
    private async ValueTask<PersonalPosition> WriteAsync(
        NotificationSummary notification,
        PersonalPosition position,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var page = await notifications
                .ListDeliveriesAsync(job.Tenant, notification.Id, position.Delivery, DeliveriesPerPage, cancellationToken)
                .ConfigureAwait(false);
            DeliveryRecord[] own = [.. page.Where(record => record.Delivery.UserId == job.UserId)];
            lines.AddRange(own.Select(record => new PersonalData("delivery") { Delivery = PersonalDelivery.Create(record) }));
            position = position with { IsFound = position.IsFound || own.Length > 0 };
            _read += page.Count;
            if (page.Count < DeliveriesPerPage)
                break;

            position = position with { Delivery = page[^1].Delivery.Id };
            if (_read >= DeliveriesPerStep)
                return position;
        }

        if (position.IsFound || IsNamed(notification.Trigger))
            lines.Add(new PersonalData("notification") { Notification = PersonalNotification.Create(notification, job.UserId!) });
        return position with { Delivery = null };
    }
}
