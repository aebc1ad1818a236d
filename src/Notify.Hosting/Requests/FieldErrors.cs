namespace Notify.Hosting.Requests;

/// <summary>The wrong fields of a request, by their paths.</summary>
internal sealed class FieldErrors
{
    /// <summary>More than anybody reads; a hostile body could name a hundred thousand.</summary>
    private const int Max = 1_000;

    private readonly Dictionary<string, List<string>> _messages = new(StringComparer.Ordinal);
    private readonly HashSet<string> _covered = new(StringComparer.Ordinal);

    public bool Any => _messages.Count > 0;

    public void Add(string field, string message)
    {
        if (!_messages.TryGetValue(field, out var messages))
        {
            if (_messages.Count == Max)
                return;
            _messages.Add(field, messages = []);
            Cover(field);
        }

        messages.Add(message);
    }

    /// <summary>Adds what the domain found, except what follows from something that was unreadable.</summary>
    public void Add(IEnumerable<FieldError> found)
    {
        FieldError[] independent = [.. found.Where(error => !Covers(error.Field))];
        foreach (var (field, message) in independent)
            Add(field == "tenant" ? RequestValues.TenantHeader : field, message);
    }

    /// <summary>Whether this field, something within it or something around it is wrong already.</summary>
    private bool Covers(string field) => _covered.Contains(field) || Around(field).Any(_messages.ContainsKey);

    public Dictionary<string, string[]> ToDictionary() =>
        _messages.ToDictionary(error => error.Key, error => error.Value.ToArray());

    private void Cover(string field)
    {
        _covered.Add(field);
        _covered.UnionWith(Around(field));
    }

    private static IEnumerable<string> Around(string field)
    {
        for (var end = field.LastIndexOfAny(['.', '[']); end > 0; end = field.LastIndexOfAny(['.', '['], end - 1))
            yield return field[..end];
    }
}
