using System.Security.Cryptography;
using System.Text;

namespace Notify.Host;

/// <summary>
/// Encrypts stored secrets. <c>Notify:Secrets:RootKeys</c> encrypt the key ring. With a SQLite file, the host creates a root key
/// in a file beside it if none is configured.
/// </summary>
internal static class SecretSettings
{
    private const int RootKeyBytes = 32;

    public static INotificationsBuilder ProtectSecrets(
        this INotificationsBuilder notifications,
        IConfiguration settings,
        string data
    ) =>
        notifications.ProtectSecrets(options =>
        {
            settings.GetSection("Secrets").Bind(options);
            if (options.RootKeys.Count == 0 && !StoreSettings.HasSharedStore(settings))
                options.RootKeys.Add(ReadOrCreateRootKey(Path.Combine(DataFolder.Create(data), "secrets.key")));
        });

    // Several processes may start at the same time. The file appears with its content, and the first one wins.
    private static string ReadOrCreateRootKey(string path)
    {
        if (!File.Exists(path))
        {
            var temporary = $"{path}.{Environment.ProcessId}";
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(RootKeyBytes))));
                stream.Flush(flushToDisk: true);
            }

            try
            {
                File.Move(temporary, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(temporary);
            }
        }

        return File.ReadAllText(path).Trim();
    }
}
