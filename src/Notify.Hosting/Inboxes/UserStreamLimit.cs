using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Inboxes;

/// <summary>Limits the number of open streams of one user, such as those of a browser's tabs.</summary>
internal sealed class UserStreamLimit : IStreamLimit
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string UserId), int> _open = [];

    public int Max => 20;

    public IDisposable? TryEnter(HttpContext context)
    {
        var user = context.Features.GetRequiredFeature<InboxUser>();
        var key = (user.Tenant, user.UserId);
        lock (_lock)
        {
            var open = _open.GetValueOrDefault(key);
            if (open >= Max)
                return null;

            _open[key] = open + 1;
            return new Entry(this, key);
        }
    }

    private void Exit((string Tenant, string UserId) key)
    {
        lock (_lock)
        {
            if (--_open[key] == 0)
                _open.Remove(key);
        }
    }

    private sealed class Entry(UserStreamLimit limit, (string Tenant, string UserId) key) : IDisposable
    {
        public void Dispose() => limit.Exit(key);
    }
}
