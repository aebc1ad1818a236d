namespace Notify.Hosting.Metrics;

/// <summary>A measurement's tags as a key, without allocation. No instrument of Notify has more than four tags.</summary>
internal readonly record struct TagSet
{
    public const int MaxCount = 4;

    private readonly KeyValuePair<string, object?> _first;
    private readonly KeyValuePair<string, object?> _second;
    private readonly KeyValuePair<string, object?> _third;
    private readonly KeyValuePair<string, object?> _fourth;

    public TagSet(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _first = tags.Length > 0 ? tags[0] : default;
        _second = tags.Length > 1 ? tags[1] : default;
        _third = tags.Length > 2 ? tags[2] : default;
        _fourth = tags.Length > 3 ? tags[3] : default;
    }

    public IEnumerable<KeyValuePair<string, object?>> Tags =>
        new[] { _first, _second, _third, _fourth }.Where(tag => tag.Key is not null);
}
