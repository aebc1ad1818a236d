using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Core.Analytics;

/// <summary>
/// Limits the number of templates, workflows and categories that are counted separately. Callers choose these names freely, and
/// every new name would be a new row per minute. Further names of a tenant are counted together as <see cref="Other"/>. Not
/// thread-safe.
/// </summary>
internal sealed class NameLimit(IOptions<NotificationsOptions> options)
{
    public const string Other = "other";

    /// <summary>The number of names of all tenants, which limits the memory that they take.</summary>
    private const int MaxNames = 200_000;

    private readonly Dictionary<(string Tenant, AnalyticsDimensions Dimension), HashSet<string>> _names = [];
    private DateTimeOffset _day;
    private int _total;

    /// <summary>Replaces names beyond the limit. Each day begins without names.</summary>
    public AnalyticsCount Limit(AnalyticsCount count)
    {
        if (count.Template is null && count.Workflow is null && count.Category is null)
            return count;

        // The events of the day before, which arrive late, do not begin a day again.
        var day = AnalyticsResolution.Day.GetStart(count.Time);
        if (day > _day)
        {
            _day = day;
            _names.Clear();
            _total = 0;
        }

        return count with
        {
            Template = Limit(count.Tenant, AnalyticsDimensions.Template, count.Template),
            Workflow = Limit(count.Tenant, AnalyticsDimensions.Workflow, count.Workflow),
            Category = Limit(count.Tenant, AnalyticsDimensions.Category, count.Category),
        };
    }

    private string? Limit(string tenant, AnalyticsDimensions dimension, string? name)
    {
        if (name is null)
            return null;
        if (!_names.TryGetValue((tenant, dimension), out var names))
        {
            if (_total >= MaxNames)
                return Other;
            _names.Add((tenant, dimension), names = new HashSet<string>(StringComparer.Ordinal));
        }

        if (names.Contains(name))
            return name;
        if (names.Count >= options.Value.MaxCountedNames || _total >= MaxNames)
            return Other;
        names.Add(name);
        _total++;
        return name;
    }
}
