Console.WriteLine("cjp2p");
