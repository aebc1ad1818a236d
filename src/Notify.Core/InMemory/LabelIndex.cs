using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>The notifications that have a label. Others take no space here.</summary>
internal sealed class LabelIndex
{
    private readonly Dictionary<(string Tenant, NotificationLabel Label), HashSet<Guid>> _ids = [];

    public void Add(Notification notification)
    {
        foreach (var label in NotificationLabel.GetAll(notification.Trigger))
        {
            if (!_ids.TryGetValue((notification.Tenant, label), out var ids))
                _ids.Add((notification.Tenant, label), ids = []);
            ids.Add(notification.Id);
        }
    }

    public void Remove(Notification notification)
    {
        foreach (var label in NotificationLabel.GetAll(notification.Trigger))
        {
            if (_ids.TryGetValue((notification.Tenant, label), out var ids) && ids.Remove(notification.Id) && ids.Count == 0)
                _ids.Remove((notification.Tenant, label));
        }
    }

    /// <summary>Finds the notifications that have all labels of a filter; null if the filter has none.</summary>
    public IEnumerable<Guid>? Find(NotificationFilter filter) =>
        NotificationLabel
            .GetAll(filter)
            .Select(label => _ids.GetValueOrDefault((filter.Tenant, label)) ?? (IEnumerable<Guid>)[])
            .Aggregate((IEnumerable<Guid>?)null, (found, ids) => found?.Intersect(ids) ?? ids);
}
