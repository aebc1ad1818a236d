namespace Notify.Storage.Files.Model;

/// <content>The progress of notifications.</content>
internal sealed partial class TenantData
{
    /// <summary>Counts what became of a notification so far.</summary>
    public IEnumerable<ProgressRow> GetProgressRows(Guid notificationId) =>
        [
            .. GetDeliveries(notificationId)
                .Select(stored =>
                    CreateRow(notificationId, ProgressRowKind.Delivery, (int)stored.State, stored.Reason) with
                    {
                        Channel = stored.Delivery.To.Channel,
                    }
                ),
            .. Events
                .Values.Where(stored => stored.Event.NotificationId == notificationId)
                .Select(stored => CreateRow(notificationId, ProgressRowKind.Event, (int)stored.State, stored.Reason)),
            .. Expansions.Where(expansion => expansion.NotificationId == notificationId).Select(CreateRow),
        ];

    private static ProgressRow CreateRow(Guid notificationId, ProgressRowKind kind, int state, string? reason) =>
        new()
        {
            NotificationId = notificationId,
            Kind = kind,
            State = state,
            IsCancelled = reason is NotificationProgress.CancelReason or Erasure.Reason,
            Count = 1,
        };

    private static ProgressRow CreateRow(StoredExpansion expansion) =>
        new()
        {
            NotificationId = expansion.NotificationId,
            Kind = ProgressRowKind.Expansion,
            State = (int)(
                expansion.DueAt is not null ? ExpansionState.Running
                : expansion.Reason is not null ? ExpansionState.DeadLetter
                : expansion.Done < expansion.Total ? ExpansionState.Stopped
                : ExpansionState.Complete
            ),
            Count = expansion.Done,
        };
}
