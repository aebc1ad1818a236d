namespace Notify.Hosting.Notifications;

/// <summary>The wrong fields of a request body, by their paths.</summary>
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

    /// <summary>Whether this field or something within it is wrong already.</summary>
    public bool Covers(string field) => _covered.Contains(field);

    public Dictionary<string, string[]> ToDictionary() =>
        _messages.ToDictionary(error => error.Key, error => error.Value.ToArray());

    private void Cover(string field)
    {
        _covered.Add(field);
        for (var end = field.LastIndexOfAny(['.', '[']); end > 0; end = field.LastIndexOfAny(['.', '['], end - 1))
            _covered.Add(field[..end]);
    }
}
