namespace Notify.Core.Templates;

/// <summary>
/// Collects the rendered variants of a template, zone by zone. Texts that are the same in several zones are kept once and counted
/// towards the budget once.
/// </summary>
internal sealed class RenderedVariants(RenderBudget budget)
{
    private readonly List<ContentVariant> _all = [];

    public IReadOnlyList<ContentVariant> All => _all;

    public void Add(string? timeZone, IReadOnlyList<ContentVariant> rendered)
    {
        foreach (var variant in rendered)
        {
            var same = _all.FindIndex(other => IsSame(other, variant));
            if (same < 0)
            {
                _all.Add(timeZone is null ? variant : variant with { TimeZones = [timeZone] });
                continue;
            }

            budget.GiveBack(CountCharacters(variant.Content));
            if (_all[same].TimeZones is { } zones)
                _all[same] = variant with { TimeZones = timeZone is null ? null : [.. zones, timeZone] };
        }
    }

    private static bool IsSame(ContentVariant one, ContentVariant other) =>
        one.Channel == other.Channel
        && one.Locale == other.Locale
        && one.Content.Title == other.Content.Title
        && one.Content.Body == other.Content.Body
        && one.Content.Html == other.Content.Html
        && InboxContentRules.AreSame(one.Content.Inbox, other.Content.Inbox);

    private static int CountCharacters(Content content) =>
        (content.Title?.Length ?? 0) + (content.Body?.Length ?? 0) + (content.Html?.Length ?? 0) + CountCharacters(content.Inbox);

    private static int CountCharacters(InboxContent? inbox) =>
        (inbox?.Url?.Length ?? 0)
        + (inbox?.ImageUrl?.Length ?? 0)
        + (inbox?.Actions?.Sum(action => action.Label.Length + action.Url.Length) ?? 0);
}
